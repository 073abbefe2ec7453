"""A model of the agent, components/host/VirtualIp: the same words, files and effects on the kernel."""

from paths import RUN

PASS_ON_FOR = 35
LINGER_FOR = 3.0


class Agent:
    def __init__(self, host, word):
        self.host = host
        self.address = word

    def do(self, word):
        """A program (host.py)."""
        random = self.host.world.random.random
        yield 0.008 + random() * 0.012
        if word == "status":
            is_wanted = self.host.run.get(self._file("wanted"), "keeper\n") != "keeper\n"
            is_running = is_wanted and self.host.is_held(self.address)
            return "running" if is_running else "stopped"
        if word == "announce":
            self.host.announce(self.address)
            return ""
        if word == "start":
            yield from self._start()
        else:
            yield from self._one_at_a_time(getattr(self, f"_{word}"))
        return ""

    def _one_at_a_time(self, steps):
        """flock -w 5"""
        me = object()
        for _ in range(500):
            if self.host.lock_holder is None:
                break
            yield 0.01
        else:
            return
        self.host.lock_holder = me
        try:
            yield from steps()
        finally:
            if self.host.lock_holder is me:
                self.host.lock_holder = None

    def _file(self, kind):
        return f"{RUN}/{kind}/{self.address}"

    def _start(self):
        yield from self._one_at_a_time(self._want)
        for _ in range(15):
            if self._veto() <= 0 or self._is_vetoed():
                break
            yield 0.1
        yield from self._one_at_a_time(self._take_what_is_wanted)
        self.host.tell_keeper("started")

    def _want(self):
        self.host.run[self._file("wanted")] = "4711\n"
        yield 0.001

    def _take_what_is_wanted(self):
        if self._file("wanted") in self.host.run and not self._is_vetoed():
            yield from self._take()

    def _veto(self):
        return int(self.host.run.get(self._file("veto"), "0") or 0)

    def _is_vetoed(self):
        return self.host.uptime() < self._veto()

    def _take(self):
        if self.host.is_held(self.address):
            return
        yield 0.004
        has, _, old_holder = self.host.run.get(self._file("peer"), "").strip().partition(" ")
        if has in ("held", "lingering") and old_holder:
            self._rules()
        else:
            self._settle_rules()
        yield 0.002
        self.host.run[self._file("held")] = f"{self.host.uptime()}\n"
        self.host.set_address(self.address, None)
        self.host.announce(self.address)

    def _rules(self):
        self.host.run[self._file("rules")] = f"{self.host.uptime() + PASS_ON_FOR * 100}\n"
        self.host.hushed.discard(self.address)

    def _settle_rules(self):
        if self._file("rules") in self.host.run:
            self.host.hushed.discard(self.address)
            del self.host.run[self._file("rules")]
            self.host.world.is_dirty = True

    def _settle(self):
        yield 0.003
        self._settle_rules()

    def _hush(self):
        yield 0.003
        if not self.host.is_held(self.address):
            self._rules()
            self.host.hushed.add(self.address)
            self.host.world.is_dirty = True

    def _linger(self):
        yield 0.003
        if self.host.is_held(self.address):
            self._settle_rules()
        if self.address in self.host.addresses:
            self.host.set_address(self.address, LINGER_FOR)

    def _keep_rules(self):
        yield 0.003

    def _delete_strays(self):
        yield 0.003

    def _drop(self):
        yield 0.003
        self.host.delete_address(self.address)

    def _stop(self):
        self.host.run.pop(self._file("wanted"), None)
        if self._file("forced") not in self.host.run:
            yield from self._linger()
        self.host.tell_keeper("stopped")

    def _hold(self):
        self.host.run[self._file("forced")] = str(self.host.uptime())
        yield from self._take()
        self.host.tell_keeper("started")

    def _release(self):
        self.host.run.pop(self._file("forced"), None)
        if self.host.run.get(self._file("wanted"), "keeper\n") == "keeper\n":
            yield from self._linger()
        self.host.tell_keeper("stopped")
