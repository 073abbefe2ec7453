"""Opens a connection to a virtual IP and asks the keepers which program has it; see proof.py. Run by the program prove.py."""

import socket
import time

from keeper.ports.system import RUN, read, remove, write, write_to_pipe
from keeper.proof import ANSWER, HAPROXY, QUESTION

# In seconds; the keepers ask each other several times a second.
CONNECTS_WITHIN, ANSWERS_WITHIN, LOOKS_EVERY = 3, 5, 0.05


def prove(address: str, port: int) -> str:
    try:
        connection = socket.create_connection((address, port), CONNECTS_WITHIN)
    except OSError as error:
        return f"no connection: {error.strerror or error}"
    with connection:
        own_address, own_port = connection.getsockname()[:2]
        question = f"{address} {port} {own_address} {own_port}"
        write(QUESTION, question)
        write_to_pipe(f"{RUN}/keeper", "question\n")
        try:
            return _answer(connection, question)
        finally:
            remove(QUESTION)
            remove(ANSWER)


def _answer(connection: socket.socket, question: str) -> str:
    connection.setblocking(False)
    answer, ends_at = "no answer of the keeper that holds the address", time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < ends_at:
        asked, _, program = (read(ANSWER) or "").partition("\n")
        if asked == question:
            answer = program
        if answer == HAPROXY:
            break
        if _is_closed(connection):
            # A rule of HAProxy's can reject this host. The kernel no longer knows whose connection it was.
            return "closed"
        time.sleep(LOOKS_EVERY)
    return answer


def _is_closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
