"""Homework: the parts of an exercise, the answers of a submission, the marks of a class."""
