"""Maintainers' scripts that remake the files under `data/` which come from elsewhere."""
