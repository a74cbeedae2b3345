"""SmolLM2 is read right from its GGUF file: tokens, weights, a forward in numpy."""

import numpy as np
import pytest
from smollm2 import Model

from forward import Forward
from model import halves_of_heads
from text import windows
from tokens import END_OF_TURN, chat_text, load_tokenizer

TEXTS = [
    "",
    "The quick brown fox doesn't jump.",
    "  two  spaces\n\n\tand tabs \n",
    "In 1616, 23rd April: 3.14159 x 10^8",
    "naïve café — “quotes” … 日本語 🦊 é",
    "def f(x):\n    return x ** 2  # comment\n",
]


@pytest.fixture(scope="module")
def model():
    return Model()


@pytest.fixture(scope="module")
def tokenizer(model):
    return load_tokenizer(model.fields)


@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(tokenizer, text):
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_digits_are_tokens_of_their_own(tokenizer):
    assert tokenizer.encode("in 1616").tokens == ["in", "Ġ", "1", "6", "1", "6"]


def test_special_tokens(model, tokenizer):
    assert tokenizer.encode("a<|im_end|>b").tokens == ["a", "<|im_end|>", "b"]
    assert tokenizer.token_to_id("<|im_start|>") == 1
    assert tokenizer.token_to_id(END_OF_TURN) == model.fields["tokenizer.ggml.eos_token_id"].contents() == 2


def test_every_token_has_its_number(model, tokenizer):
    names = model.fields["tokenizer.ggml.tokens"].contents()
    assert tokenizer.get_vocab_size() == len(names) == model.config.vocabulary
    assert all(tokenizer.token_to_id(name) == i for i, name in enumerate(names))


def test_chat_text_is_what_the_template_says(model):
    template = model.fields["tokenizer.chat_template"].contents()
    text = chat_text([("user", "Hi")])
    assert text.startswith("<|im_start|>system\nYou are a helpful AI assistant named SmolLM")
    assert text[: text.index("<|im_end|>")] in template
    assert text.endswith("<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    assert chat_text([("system", "S"), ("user", "U")]).startswith(
        "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nU"
    )


def test_rows_of_a_head_go_from_pairs_to_halves():
    rows = np.arange(16).reshape(16, 1)
    assert halves_of_heads(rows, 8).ravel().tolist() == [0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15]


def test_it_knows_what_follows(model, tokenizer):
    tokens = np.array(tokenizer.encode("The capital of France is").ids)
    assert tokenizer.decode([int(Forward(model).logits(tokens)[-1].argmax())]) == " Paris"


def test_windows_do_not_overlap(tokenizer):
    text = "one two three four five six seven"
    ids = tokenizer.encode(text).ids
    assert len(ids) == 7
    assert windows(tokenizer, text, 3, None).tolist() == [ids[:3], ids[3:6]]
    assert windows(tokenizer, text, 3, 1).tolist() == [ids[:3]]
    with pytest.raises(ValueError, match="2 windows of 3 tokens, expected 3"):
        windows(tokenizer, text, 3, 3)


def test_more_layers_than_there_are():
    with pytest.raises(ValueError, match="31 layers, expected 1 to 30"):
        Model(layers=31)
