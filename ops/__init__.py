"""The operator's command line over chalicelib.operations; not shipped to Lambda."""
