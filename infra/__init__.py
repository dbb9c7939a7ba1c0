"""What surrounds the code: the template of the deployed stack and the local run."""
