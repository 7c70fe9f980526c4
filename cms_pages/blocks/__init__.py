from .body import BodyBlock, TextItemsBlock
from .cards import CardsBlock
from .faq import FaqBlock
from .questions import QuestionsBlock

__all__ = ["BodyBlock", "CardsBlock", "FaqBlock", "QuestionsBlock", "TextItemsBlock"]
