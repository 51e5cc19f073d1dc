"""A submission's name as the name of a file: safe on any system, and no two submissions alike.

>>> file_name("ada.md"), file_name("week 1/ada.md")
('ada.md', 'week_1_ada.md-6e582d50')
"""

import re
from hashlib import sha256
from urllib.parse import quote

LONGEST = 80

_SAFE = re.compile(r"[a-z0-9](?:[a-z0-9_-]|\.(?!\.))*[a-z0-9]|[a-z0-9]")


def file_name(submission: str) -> str:
    """The submission's name, where it is one of small letters that every system takes as it stands; else as much of it
    as that allows, with a part of its digest, which keeps `Ada.md` and `ada.md` apart where a system does not.
    """
    if _SAFE.fullmatch(submission) and len(submission) <= LONGEST:
        return submission
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", submission)
    kept = re.sub(r"\.{2,}", "_", kept).strip("._-")[:LONGEST]
    return f"{kept or 'submission'}-{sha256(submission.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def feedback_link(submission: str) -> str:
    """Where the feedback stands, seen from the class report."""
    return f"feedback/{quote(file_name(submission))}.html"
