"""Comments of the sample chain: put together from hand-written pieces, so that they vary and hardly repeat."""

import random
from collections.abc import Sequence

from survey_app.demo import fragments as said

LONGEST = 60
_JOINTS = ("，", "，", "，", "。")
_STOPS = ("", "", "。", "。", "！")
_SCENES = {"order": said.ORDER_SCENES, "shop": said.SHOP_SCENES, "general": said.GENERAL_SCENES}


class Writer:
    """Writes comments. Keeps what it has said, so that only very short ones come twice."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._written: set[str] = set()

    def comment(self, *, scene: str, mood: float, topics: Sequence[str], english: bool = False) -> str:
        """One comment of 2 to 60 characters. `scene` order|shop|general, `mood` below 0 blames, `topics` weigh by position."""
        for _ in range(12):
            text = self._english(mood) if english else self._chinese(scene, mood, topics)
            if len(text) <= LONGEST and (text not in self._written or len(text) < 6 or english):
                break
        self._written.add(text)
        return text

    def other(self, *, happy: bool) -> str:
        """A few words beside the choice 其他."""
        return self._rng.choice(said.OTHER_PRAISE if happy else said.OTHER_BLAME)

    def _english(self, mood: float) -> str:
        return self._rng.choice(said.ENGLISH_BLAME if mood < 0 else said.ENGLISH_PRAISE)

    def _chinese(self, scene: str, mood: float, topics: Sequence[str]) -> str:
        draw = self._rng.random()
        if draw < 0.05:
            return self._rng.choice(said.SHORT_BLAME if mood < 0 else said.SHORT_PRAISE)
        if draw < 0.17:
            return self._wish(scene)
        if draw < 0.185:
            return self._rng.choice(said.WITH_PHONE).format(phone=f"1990000{self._rng.randrange(10_000):04d}")
        return self._story(scene, mood, topics)

    def _wish(self, scene: str) -> str:
        wish = self._rng.choice(said.WISHES[scene])
        return wish if self._rng.random() < 0.3 else f"{self._rng.choice(_SCENES[scene])}，{wish}"

    def _story(self, scene: str, mood: float, topics: Sequence[str]) -> str:
        rng = self._rng
        mine, others = (said.BLAME, said.PRAISE) if mood < 0 else (said.PRAISE, said.BLAME)
        topic = topics[min(int(rng.expovariate(1.2)), len(topics) - 1)]
        cores, endings = mine[topic]
        parts = [rng.choice(cores)]
        if rng.random() < 0.65:
            parts.insert(0, rng.choice(_SCENES[scene]))
        rest = [other for other in topics if other != topic]
        if rest and rng.random() < 0.2:  # two sides of one visit
            parts.append("不过" + rng.choice(others[rng.choice(rest)][0]))
        elif rest and rng.random() < 0.15:
            parts += [rng.choice(endings), "另外" + rng.choice(mine[rng.choice(rest)][0])]
        elif rng.random() < 0.65:
            parts.append(rng.choice(endings))
        text = parts[0]
        for part in parts[1:]:
            text += rng.choice(_JOINTS) + part
        return text + rng.choice(_STOPS)
