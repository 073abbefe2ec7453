"""What Heartbeat is asked."""

import unittest

from support import TestCase
from keeper.moves import heartbeat


class Unsettled(TestCase):
    def test_is_known_by_the_first_answer_that_decides(self):
        for title, answers, expected in [
            ("settled", ["local"], "settled"),
            ("in transition, and both are active", ["transition", "active", "active"], "unsettled"),
            ("in transition, and does not see the peer", ["transition", "active", "dead"], "apart"),
            ("does not answer", [None], None),
            ("has not opened its interface", [""], None),
            ("stops answering", ["transition", None], None),
        ]:
            with self.subTest(title):
                asked = []

                def answer(*question, answers=answers, asked=asked):
                    asked.append(question)
                    return answers[len(asked) - 1]

                self.patch(heartbeat, "_ask", answer)
                self.assertEqual(heartbeat.settlement("a", "b"), expected)
                self.assertEqual(asked, [("rscstatus",), ("nodestatus", "a"), ("nodestatus", "b")][: len(answers)])


if __name__ == "__main__":
    unittest.main()
