"""The feature matrix, read off the code: every recorded webhook goes through the real pipeline."""
