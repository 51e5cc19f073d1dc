"""`CE(y, p)`, letters that are a function before a list alone, and sums with an empty place above."""

from claimed import judged, told

CROSS = "dims: {K: 3}\nsymbols:\n  t: one-hot K x 1\n  z: K x 1\n  C: K x K\n  E: K x K\nmodel:\n  p: softmax(z)\n"


def test_the_letters_of_a_function_are_one_name_before_a_list():
    formulas = (r"CE(t, p) = -t^T \log p", r"CE\left(t, p\right) = -t^T \log z", r"(CE) z = C(E z)", r"CE z = E C z")
    assert told(judged(CROSS, *formulas)) == ["proved", "refuted", "proved", "refuted"]


def test_an_empty_place_above_a_sum_is_no_bound():
    formulas = (r"\sum_{i}^{} p_i = 1", r"\sum_{i\in{K}}^{} t_i = 1", r"\sum_{i\in{K}}^{} t_i = K")
    assert told(judged(CROSS, *formulas)) == ["proved", "proved", "refuted"]
