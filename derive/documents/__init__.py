"""A file -> its setting and its mathematics, each with its place."""

from derive.documents.reading import read_document

__all__ = ["read_document"]
