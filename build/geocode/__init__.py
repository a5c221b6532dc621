"""Geocoders on geopy's own base, offline first, and the chain that asks them in turn."""
