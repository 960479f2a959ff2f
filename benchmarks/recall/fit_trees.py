"""
Fits the trees that put the leading files in a better order, on what `dump-evidence.ts` wrote, and says how well such trees do on repositories that they
were not fitted on: each repository is left out once, in groups.

    python -m pip install lightgbm==4.7.0 numpy==2.4.6
    python benchmarks/recall/fit_trees.py --evidence DIR [--folds 5] [--rounds 300] [--without score,place] [--write]

LambdaMART (Burges, 2010) as LightGBM has it, begun from the scores, so that the trees learn what those lack. `--write` keeps the trees of all repositories
in `packages/context-builder/src/rank/fitted-trees.json`. The same evidence gives the same file.
"""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import lightgbm
import numpy as np

TARGET = Path(__file__).parents[2] / "packages/context-builder/src/rank/fitted-trees.json"
SETTINGS = {
    "objective": "lambdarank",
    "label_gain": [0, 1],
    # Which of two files beyond these comes first makes no difference to anybody.
    "lambdarank_truncation_level": 8,
    "lambdarank_norm": False,
    "min_data_in_leaf": 50,
    "lambda_l2": 20,
    "feature_fraction": 0.35,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "seed": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbose": -1,
}


@dataclass
class Case:
    """The files that lead: a row of evidence for each, and which of them the commit modified."""

    rows: np.ndarray
    answer: np.ndarray
    modified: int
    past: bool
    texts: bool


@dataclass
class Repository:
    name: str
    head: str
    cases: list[Case]


def read(path: Path) -> tuple[list[str], Repository]:
    described = json.loads(path.read_text())
    names = described["evidence"]
    values = np.fromfile(path.with_suffix(".f32"), dtype="<f4").reshape(-1, len(names))
    cases, at = [], 0
    for one in described["cases"]:
        answer = np.zeros(one["files"], dtype=np.int8)
        answer[one["answer"]] = 1
        cases.append(Case(values[at : at + one["files"]], answer, one["modified"], one["past"], one["texts"]))
        at += one["files"]
    return names, Repository(described["repository"].replace("+", "/"), described["head"], cases)


def train(repositories: list[Repository], columns: list[int], score: int, options: argparse.Namespace) -> lightgbm.Booster:
    cases = [case for repository in repositories for case in repository.cases if case.answer.any()]
    rows = np.concatenate([case.rows for case in cases])
    data = lightgbm.Dataset(
        rows[:, columns],
        np.concatenate([case.answer for case in cases]),
        group=[len(case.answer) for case in cases],
        init_score=rows[:, score].astype(float),
    )
    settings = {
        **SETTINGS,
        "learning_rate": options.rate,
        "num_leaves": options.leaves,
        "num_threads": options.threads,
    }
    return lightgbm.train(settings, data, num_boost_round=options.rounds)


MEASURES = ["R@1", "R@5", "R@10", "MRR"]
# Past, texts.
KNOWLEDGE = {(True, True): "all known", (False, True): "without the past", (True, False): "without the texts"}


def judge(scores: np.ndarray, case: Case) -> list[float]:
    order = case.answer[np.argsort(-scores, kind="stable")]
    found = np.flatnonzero(order)
    recall = [order[:first].sum() / case.modified for first in (1, 5, 10)]
    return [*recall, 1 / (found[0] + 1) if len(found) > 0 else 0.0]


def predict(model: lightgbm.Booster, repository: Repository, columns: list[int], score: int) -> list[np.ndarray]:
    rows = np.concatenate([case.rows for case in repository.cases])
    totals = rows[:, score] + model.predict(rows[:, columns], raw_score=True)
    return np.split(totals, np.cumsum([len(case.answer) for case in repository.cases])[:-1])


def left_out(repositories: list[Repository], columns: list[int], score: int, options: argparse.Namespace) -> None:
    """Prints what trees do for repositories that they have not seen; each repository counts alike."""
    before, after = {known: [] for known in KNOWLEDGE}, {known: [] for known in KNOWLEDGE}
    for fold in range(options.folds):
        others = [one for at, one in enumerate(repositories) if at % options.folds != fold]
        model = train(others, columns, score, options)
        for repository in repositories[fold :: options.folds]:
            totals = predict(model, repository, columns, score)
            for known in KNOWLEDGE:
                pairs = [(case, total) for case, total in zip(repository.cases, totals) if (case.past, case.texts) == known]
                before[known].append(np.mean([judge(case.rows[:, score], case) for case, _ in pairs], axis=0))
                after[known].append(np.mean([judge(total, case) for case, total in pairs], axis=0))
    for known, title in KNOWLEDGE.items():
        first, then = np.array(before[known]) * 100, np.array(after[known]) * 100
        gain = then - first
        print(title)
        for at, name in enumerate(MEASURES):
            error = gain[:, at].std() / len(gain) ** 0.5
            print(f"  {name:5} {first[:, at].mean():5.1f} → {then[:, at].mean():5.1f}  ({gain[:, at].mean():+.2f} ± {error:.2f})", flush=True)


def tree_of(structure: dict) -> dict:
    """Parallel lists, as `TreeModel` reads them."""
    tree = {"feature": [], "threshold": [], "left": [], "right": [], "value": []}

    def add(node: dict) -> int:
        if "leaf_value" in node:
            tree["value"].append(round(node["leaf_value"], 4))
            return -len(tree["value"])
        at = len(tree["feature"])
        tree["feature"].append(node["split_feature"])
        tree["threshold"].append(round(node["threshold"], 5))
        for side in ("left", "right"):
            tree[side].append(0)
        for side in ("left", "right"):
            tree[side][at] = add(node[f"{side}_child"])
        return at

    add(structure)
    return tree


def write(model: lightgbm.Booster, names: list[str], repositories: list[Repository]) -> None:
    lines = [
        '"from": ' + json.dumps({one.name: f"{one.head[:12]} ({len(one.cases)})" for one in repositories}, indent=2),
        '"features": ' + json.dumps(names),
        '"trees": [\n'
        + ",\n".join(
            json.dumps(tree_of(info["tree_structure"]), separators=(",", ":")) for info in model.dump_model()["tree_info"]
        )
        + "\n]",
    ]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evidence", type=Path, required=True)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--rate", type=float, default=0.05)
    parser.add_argument("--leaves", type=int, default=31)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--without", default="")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    read_all = [read(path) for path in sorted(options.evidence.glob("*.json"))]
    names = read_all[0][0]
    if any(other != names for other, _ in read_all):
        raise SystemExit("Evidence of different kinds: dump it anew.")
    repositories = [repository for _, repository in read_all]
    without = options.without.split(",")
    columns = [at for at, name in enumerate(names) if name not in without]
    score = names.index("score")
    cases = sum(len(one.cases) for one in repositories)
    print(f"{cases} cases of {len(repositories)} repositories, {len(columns)} kinds of evidence")
    if options.folds > 1:
        left_out(repositories, columns, score, options)
    if options.write:
        write(train(repositories, columns, score, options), [names[at] for at in columns], repositories)


if __name__ == "__main__":
    main()
