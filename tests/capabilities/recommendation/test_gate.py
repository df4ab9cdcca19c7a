"""The gate: it learns whom to trust, and keeps to its prior where nothing can be learned."""

import numpy as np

from magnetar.capabilities.recommendation.gate import Gate, fit_gate


def contexts(count: int, seed: int = 1):
    """Two sources: the first is right where the context says 1, the second where it says −1."""
    rng = np.random.default_rng(seed)
    sign = rng.choice([-1.0, 1.0], count)
    evidence, right = rng.normal(size=(count, 8, 2)), np.zeros((count, 8), bool)
    right[np.arange(count), np.where(sign > 0, evidence[:, :, 0].argmax(axis=1), evidence[:, :, 1].argmax(axis=1))] = (
        True
    )
    known = np.stack([np.ones(count), sign], axis=1)
    return evidence.reshape(-1, 2), known, np.repeat(np.arange(count), 8), right.ravel()


def test_learns_which_source_to_trust_in_which_context():
    gate = fit_gate(*contexts(400), prior=np.zeros(2))
    evidence, known, owner, right = contexts(200, seed=2)
    hits = 0
    for one in range(200):
        mine = owner == one
        hits += right[mine][np.argmax(gate.score(evidence[mine], known[one]))]
    assert hits > 180


def test_contexts_without_a_right_candidate_do_not_count():
    evidence, known, owner, right = contexts(100)
    extra = np.full((8, 2), 1e3)
    more = fit_gate(
        np.concatenate([evidence, extra]), np.concatenate([known, [[1.0, 1.0]]]), np.append(owner, np.full(8, 100)),
        np.append(right, np.zeros(8, bool)), np.zeros(2),
    )  # fmt: skip
    assert np.allclose(more.weight, fit_gate(evidence, known, owner, right, np.zeros(2)).weight)


def test_keeps_to_its_prior_where_nothing_came():
    evidence, known, owner, _ = contexts(5)
    gate = fit_gate(evidence, known, owner, np.zeros(40, bool), np.array([0.5, 2.0]))
    assert np.allclose(gate.score(evidence[:8], known[0]), evidence[:8] @ [0.5, 2.0])


def test_a_strong_pull_leaves_the_prior_as_it_was():
    evidence, known, owner, right = contexts(50)
    gate = fit_gate(evidence, known, owner, right, np.array([0.5, 2.0]), pull=1e9)
    scores = gate.score(evidence[:8], known[0])
    expected = evidence[:8] @ [0.5, 2.0]
    assert np.allclose(scores - scores[0], expected - expected[0], atol=1e-3)


def test_a_candidate_alone_scores_what_it_scores_among_others():
    evidence, known, owner, right = contexts(60)
    gate = fit_gate(evidence, known, owner, right, np.zeros(2))
    whole = gate.score(evidence[:8], known[0])
    assert [float(gate.score(evidence[one : one + 1], known[0])[0]) for one in range(8)] == whole.tolist()
    assert isinstance(gate, Gate)
