// A page with a map of its own and no list: the home page, and the frame in another site.
import { attach } from "./explorer-map.js";

attach(document.getElementById("map"));
