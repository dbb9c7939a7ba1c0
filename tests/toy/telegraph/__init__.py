"""The telegraph: a channel made up to show what a fourth one takes."""
