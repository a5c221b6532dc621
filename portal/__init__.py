"""The public portal: what its plugins share, as plain modules that tests can import."""
