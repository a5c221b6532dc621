"""The pipeline that turns `data/` into `baltic.db`, stage by stage."""
