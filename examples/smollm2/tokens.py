"""The tokenizer of the model, built from the vocabulary and merges of its GGUF file."""

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

END_OF_TURN = "<|im_end|>"
CONTROL = 3  # GGUF's type of a token that no text becomes
SYSTEM = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"


def load_tokenizer(fields: dict) -> Tokenizer:
    """Returns the byte-level BPE that the fields of a GGUF file describe; digits are
    tokens of their own. Special tokens in a text become one token each."""
    kind = (fields["tokenizer.ggml.model"].contents(), fields["tokenizer.ggml.pre"].contents())
    if kind != ("gpt2", "smollm"):
        raise ValueError(f"tokenizer {kind}, expected gpt2 with the splits of smollm")
    names = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"].contents()]
    tokenizer = Tokenizer(models.BPE(vocab={name: i for i, name in enumerate(names)}, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    types = fields["tokenizer.ggml.token_type"].contents()
    tokenizer.add_special_tokens(
        [AddedToken(name, special=True, normalized=False) for name, kind in zip(names, types) if kind == CONTROL]
    )
    return tokenizer


def chat_text(messages: list[tuple[str, str]]) -> str:
    """Returns what the model is to continue after messages of (role, text), as the
    file's chat template has it."""
    if messages[0][0] != "system":
        messages = [("system", SYSTEM), *messages]
    return "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in messages) + "<|im_start|>assistant\n"
