"""The version of Scripta."""

VERSION = "0.1.0"
