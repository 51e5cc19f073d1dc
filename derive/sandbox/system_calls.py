"""The system calls that are refused in the sandbox, as a program for the kernel (seccomp).

Namespaces take away what there is to reach; this takes away the calls themselves. A process that can not make another
one is no fork bomb, and one whose memory is all its own is held by the limit on its memory.
"""

import struct
from collections.abc import Mapping

REFUSED: tuple[tuple[str, int | None, int | None], ...] = (
    # name, number on x86_64, number on aarch64
    # another process or thread
    ("fork", 57, None), ("vfork", 58, None), ("clone", 56, 220), ("clone3", 435, 435), ("execveat", 322, 281),
    # other computers and other processes
    ("socket", 41, 198), ("socketpair", 53, 199), ("ptrace", 101, 117), ("process_vm_readv", 310, 270),
    ("process_vm_writev", 311, 271), ("kcmp", 312, 272), ("pidfd_open", 434, 434), ("pidfd_getfd", 438, 438),
    ("pidfd_send_signal", 424, 424), ("perf_event_open", 298, 241),
    # memory that no limit counts
    ("memfd_create", 319, 279), ("memfd_secret", 447, 447), ("shmget", 29, 194), ("shmat", 30, 196),
    ("shmctl", 31, 195), ("semget", 64, 190), ("msgget", 68, 186), ("mq_open", 240, 180),
    ("add_key", 248, 217), ("request_key", 249, 218), ("keyctl", 250, 219),
    # namespaces and file systems
    ("unshare", 272, 97), ("setns", 308, 268), ("mount", 165, 40), ("umount2", 166, 39), ("pivot_root", 155, 41),
    ("chroot", 161, 51), ("open_tree", 428, 428), ("move_mount", 429, 429), ("fsopen", 430, 430),
    ("fsconfig", 431, 431), ("fsmount", 432, 432), ("fspick", 433, 433), ("mount_setattr", 442, 442),
    ("name_to_handle_at", 303, 264), ("open_by_handle_at", 304, 265), ("fanotify_init", 300, 262),
    ("quotactl", 179, 60), ("quotactl_fd", 443, 443), ("swapon", 167, 224), ("swapoff", 168, 225), ("sync", 162, 81),
    ("syncfs", 306, 267),
    # the kernel itself: what is seldom used has been the way out most often
    ("bpf", 321, 280), ("userfaultfd", 323, 282), ("io_uring_setup", 425, 425), ("io_uring_enter", 426, 426),
    ("io_uring_register", 427, 427), ("init_module", 175, 105), ("finit_module", 313, 273),
    ("delete_module", 176, 106), ("kexec_load", 246, 104), ("kexec_file_load", 320, 294), ("reboot", 169, 142),
    ("syslog", 103, 116), ("acct", 163, 89), ("personality", 135, 92), ("modify_ldt", 154, None),
    ("iopl", 172, None), ("ioperm", 173, None), ("uselib", 134, None), ("vhangup", 153, 58),
    ("settimeofday", 164, 170), ("clock_settime", 227, 112), ("clock_adjtime", 305, 266), ("adjtimex", 159, 171),
    ("sethostname", 170, 161), ("setdomainname", 171, 162),
)  # fmt: skip

# What the kernel calls a machine, and the column of its numbers.
MACHINES: Mapping[str, tuple[int, int]] = {"x86_64": (0xC000003E, 1), "aarch64": (0xC00000B7, 2)}

_LOAD, _IF_EQUAL, _IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER, _MACHINE = 0, 4  # where the number of a call and its machine stand in what the program looks at
_ALLOW, _KILL, _NOT_PERMITTED = 0x7FFF0000, 0x80000000, 0x00050001
_SECOND_SET = 0x40000000  # the x86_64 kernel takes every call by a second number, from here on


def filter_program(machine: str) -> bytes:
    """The program that refuses the calls of the table, and ends who calls as another machine would.

    Raises `KeyError` for a machine that is not in the table.
    """
    name, column = MACHINES[machine]
    numbers = [row[column] for row in REFUSED]
    refused = sorted(number for number in numbers if isinstance(number, int))
    steps = [(_LOAD, 0, 0, _MACHINE), (_IF_EQUAL, 1, 0, name), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, _NUMBER)]
    steps += [(_IF_AT_LEAST, 0, 1, _SECOND_SET), (_RETURN, 0, 0, _KILL)]
    for number in refused:
        steps += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _NOT_PERMITTED)]
    steps.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("=HBBI", code, then, otherwise, value) for code, then, otherwise, value in steps)
