"""Any text -> a name that every file system takes."""

import re
import unicodedata
from hashlib import sha256

LONGEST = 100
RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?$")  # devices of Windows, with any ending


def safe_name(text: str) -> str:
    """The text with nothing in it that a file's name may not hold; what is too long ends in a digest of the whole.

    >>> safe_name("../Ada Lovelace: 3/4"), safe_name("nul.md"), safe_name("...")
    ('Ada_Lovelace_3_4', '_nul.md', '_')
    """
    text = unicodedata.normalize("NFC", text)
    kept = "".join(character if character.isalnum() or character in "-_.@+" else "_" for character in text)
    name = re.sub(r"_{2,}", "_", kept).strip("._-") or "_"
    if RESERVED.match(name):
        name = f"_{name}"
    if len(name.encode("utf-8")) > LONGEST:
        digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
        name = name.encode("utf-8")[: LONGEST - 13].decode("utf-8", "ignore") + "-" + digest
    return name
