"""A simulated time, what is to happen in it, and code that blocks.

Code that blocks (a keeper) is a task, in a thread of its own; of all threads only one runs at any time, so that a seed always
does the same. Whichever task pauses lets time pass itself until another one is to go on: to switch between threads is what
costs most.
"""

import _thread
import heapq
import random


class Killed(BaseException):
    """Ends the code of a task that was killed. No `except OSError` of the code under test catches it."""


class Turn:
    """Whose turn it is to run: a thread waits for its own."""

    def __init__(self):
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def wait(self):
        self._lock.acquire()

    def give(self):
        self._lock.release()


class World:
    def __init__(self, seed):
        self.now = 0.0
        self.random = random.Random(seed)
        self.log = []
        self._queue = []
        self._count = 0
        # Called after each event, once something that they look at may have changed.
        self.observers = []
        self.is_dirty = True
        self._until = 0.0
        # The task that is to go on, as the last event has said.
        self._next = None
        self._error = None
        self.main = Turn()
        # The task whose thread runs now; None: the main one.
        self.current = None

    def at(self, moment, action):
        """Does something later. Returns what `cancel` takes."""
        self._count += 1
        event = [moment, self._count, action]
        heapq.heappush(self._queue, event)
        return event

    def after(self, delay, action):
        return self.at(self.now + delay, action)

    @staticmethod
    def cancel(event):
        event[2] = None

    def say(self, who, text):
        self.log.append((self.now, who, text))

    def run(self, until):
        """By the main thread: lets time pass until then."""
        self._until = until
        self._pass_time(None)
        self.now = until

    def go_on(self, task):
        """By an event, as the last thing that it does."""
        self._next = task

    def pause(self, task):
        """By the task itself: until it is to go on."""
        try:
            self._pass_time(task)
        except Killed:
            raise
        except BaseException as error:  # The main thread raises it.
            self.fail(error)
            self._switch(task, None)
        if task.is_killed:
            raise Killed

    def fail(self, error):
        self._error = self._error or error

    def _pass_time(self, me):
        """Until `me`, a task, is to go on; the main thread until the time is over."""
        queue = self._queue
        while True:
            if self._error and me is None:
                error, self._error = self._error, None
                raise error
            if me is not None and me.is_killed:
                return
            if self.is_dirty:
                self.is_dirty = False
                for observe in self.observers:
                    observe()
            if not queue or queue[0][0] > self._until:
                if me is None:
                    return
                self._switch(me, None)
                return
            moment, _, action = heapq.heappop(queue)
            if action is None:
                continue
            if moment > self.now:
                self.now = moment
            action()
            task, self._next = self._next, None
            if task is None or task.is_over:
                continue
            if task is me:
                return
            self._switch(me, task)
            if me is not None:
                return

    def _switch(self, me, task):
        """Lets a task run, or the main thread, and waits until it is the turn of `me`."""
        self.current = task
        (task.turn if task else self.main).give()
        (me.turn if me else self.main).wait()
        self.current = me


class Task:
    """Code that blocks, in a thread of its own."""

    def __init__(self, world, body):
        self.world = world
        self.turn = Turn()
        self._body = body
        self.is_killed = False
        self.is_over = False
        self._killer = None
        _thread.start_new_thread(self._run, ())

    def _run(self):
        self.turn.wait()
        self.world.current = self
        try:
            if not self.is_killed:
                self._body()
        except Killed:
            pass
        except BaseException as error:  # The main thread raises it.
            self.world.fail(error)
        self.is_over = True
        # Whoever has killed it goes on; otherwise the main thread lets time pass.
        (self._killer or self.world.main).give()

    def pause(self):
        if self.is_killed:
            raise Killed
        self.world.pause(self)

    def kill(self):
        """It ends where it pauses. Where it is its own thread that lets time pass at this moment, it ends when that is done."""
        self.is_killed = True
        me = self.world.current
        if self.is_over or me is self:
            return
        self._killer = me.turn if me else self.world.main
        self.turn.give()
        self._killer.wait()
        self.world.current = me
