"""Programs on a simulated host, beside the keeper: shell scripts, and commands of Heartbeat."""


class Program:
    """A program that runs beside others: a generator that yields for how many seconds it sleeps. Its result is its output."""

    def __init__(self, host, steps):
        self.host = host
        self._steps = steps
        # Called when it has ended by itself.
        self.on_end = None
        self.is_over = False
        self.output = None
        self._go_on()

    def _go_on(self):
        if self.is_over:
            return
        try:
            self.host.after(self.host.late(next(self._steps)), self._go_on)
        except StopIteration as end:
            self._end(end.value or "")

    def _end(self, output):
        self.is_over = True
        self.output = output
        if self.on_end:
            self.on_end()

    def poll(self):
        return 0 if self.is_over else None

    def kill(self):
        if not self.is_over:
            self.is_over = True
            self._steps.close()
