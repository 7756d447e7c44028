"""Writes detectors.json: streams, and where the change detectors of River fire on them.

Needs: river, numpy, scipy

A stream is a text of digits, one a value, or a list of numbers; the detectors saw exactly these. `drifts` are the indices,
counted from 0, at which a drift was told; `warnings` those at which a zone of warning was entered.

What this River does not have is computed here from its definition, in the plainest way: CUSUM, EWMA, Shewhart, RDDM, STEPD
and BOCD. `published` are the indices that the documentation of River's development version gives for the stream, and for BOCD
those of Frouros's own tests (Frouros 0.9.0 also agrees with all others of BOCD).
"""

import json
import math
import pathlib
import random

import numpy as np
import river
import scipy
from river import drift
from scipy.special import logsumexp
from scipy.stats import norm

HERE = pathlib.Path(__file__).parent
RIVER = f"river {river.__version__}"


def digits(values):
    return "".join(str(int(value)) for value in values)


def rounded(values, places=2):
    return [round(float(value), places) for value in values]


def legacy(seed):
    np.random.seed(seed)
    return np.random


def gauss(rng, *parts):
    return [rng.gauss(mean, 1) for mean, count in parts for _ in range(count)]


def bits(rng, *parts):
    return [1 if rng.random() < p else 0 for p, count in parts for _ in range(count)]


r = legacy(12345)
S1 = digits(np.concatenate((r.randint(2, size=1000), r.randint(8, size=1000))))
r = legacy(12345)
S2 = digits([r.binomial(1, 0.2) for _ in range(1000)] + [r.binomial(1, 0.8) for _ in range(1000)])
r = legacy(12345)
S3 = digits(np.concatenate([r.normal(mean, 0.1, 500) > 0 for mean in (0.0, 0.25, 0.0, 0.25)]))
rng = random.Random(42)
S4 = digits(sum((rng.choices(values, k=1000) for values in ([0, 1], range(4, 8)) * 2), []))
rng = random.Random(42)
FAIR = digits(rng.choices([0, 1], k=1000) + rng.choices([0, 1], k=1000, weights=[0.3, 0.7]))
rng = random.Random(12345)
DOC = digits(rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000))
rng = random.Random(42)
FHDDM_DOC = digits(rng.choices([0, 1], k=250) + rng.choices([0, 1], k=250, weights=[0.9, 0.1]))
ONES = "1" * 1000
rng = random.Random(7)
STEPS = digits(bits(rng, (0.1, 2000), (0.3, 1500), (0.05, 2500), (0.25, 2000)))
rng = random.Random(8)
SLOW = digits([1 if rng.random() < 0.1 + 0.3 * i / 6000 else 0 for i in range(6000)])
rng = random.Random(9)
NORMAL = rounded(gauss(rng, (0, 800), (1, 500), (-2, 500), (-2, 400)))
rng = random.Random(10)
FAR = rounded([1000 + 3 * x for x in gauss(rng, (0, 700), (0.8, 700))], 1)
rng = random.Random(11)
COUNTS = digits([min(9, int(rng.expovariate(1 / 3))) for _ in range(6000)] + [min(9, int(rng.expovariate(1 / 2))) for _ in range(6000)])
rng = random.Random(12)
STABLE = digits(bits(rng, (0.2, 12000)))
rng = random.Random(12345)
CUSUM_DOC = rounded(gauss(rng, (0, 200), (3, 200)), 4)
rng = random.Random(12345)
EWMA_DOC = rounded(gauss(rng, (0, 1000), (3, 1000)), 4)
rng = random.Random(12345)
SHEWHART_DOC = rounded(gauss(rng, (0, 300), (5, 200)), 4)
rng = random.Random(42)
RDDM_DOC = digits(bits(rng, (0.1, 1000), (0.5, 1000)))
r = legacy(31)
FROUROS_STREAM = rounded(np.concatenate((r.normal(0, 0.5, 100), r.normal(4, 0.2, 100), r.normal(6, 0.5, 100))), 4)

STREAMS = {
    name.lower(): value
    for name, value in list(globals().items())
    if name.isupper() and name not in ("HERE", "RIVER") and isinstance(value, (str, list))
}
values_of = lambda name: [float(x) for x in STREAMS[name]]


def events(levels):
    drifts, warnings, before = [], [], "none"
    for i, level in enumerate(levels):
        if level == "drift":
            drifts.append(i)
        elif level == "warning" and before != "warning":
            warnings.append(i)
        before = level
    return {"drifts": drifts, "warnings": warnings}


def of_river(make, id, stream, parameters=None, names=None, flip=False):
    """`flip`: River's FHDDM takes 1 as a right answer."""
    parameters = parameters or {}
    detector = make(**parameters)

    def levels():
        for x in values_of(stream):
            value = 1 - x if flip else x
            detector.update(int(value) if set(STREAMS[stream]) <= {"0", "1"} else value)
            yield "drift" if detector.drift_detected else "warning" if getattr(detector, "warning_detected", False) else "none"

    return {"source": RIVER, "detector": id, "stream": stream, "parameters": parameters, **events(levels())}


def kswin_alike():
    """Windows of which all older values are drawn: the same whatever the seed."""
    for alpha, window, newest, stream in ((0.0001, 200, 100, "s1"), (0.005, 60, 30, "normal"), (0.001, 100, 50, "far")):
        parameters = {"alpha": alpha, "window_size": window, "stat_size": newest}
        yield of_river(lambda **given: drift.KSWIN(seed=42, **given), "kswin", stream, parameters)


def naive(id, stream, step, parameters=None, published=None):
    found = {"source": f"by definition, numpy {np.__version__}", "detector": id, "stream": stream}
    found |= {"parameters": parameters or {}, **events(step(values_of(stream), **(parameters or {})))}
    if published is not None:
        found |= {"published": published}
    return found


def fires(mode, rise, fall, limit):
    return (mode != "down" and rise > limit) or (mode != "up" and fall > limit)


def cusum(values, min_instances=30, slack=0.5, threshold=5, mode="both"):
    since = []
    for x in values:
        since.append(x)
        if len(since) < min_instances:
            yield "none"
            continue
        if len(since) == min_instances:
            mean, sigma, up, down = np.mean(since), np.std(since, ddof=1), 0, 0
        up = max(0, up + (x - mean) - slack * sigma)
        down = max(0, down - (x - mean) - slack * sigma)
        found = fires(mode, up, down, threshold * sigma)
        if found:
            since = []
        yield "drift" if found else "none"


def shewhart(values, k=3, min_instances=30, mode="both"):
    since = []
    for x in values:
        since.append(x)
        first = since[:min_instances]
        found = len(since) >= min_instances and fires(
            mode, x - np.mean(first), np.mean(first) - x, k * np.std(first, ddof=1)
        )
        if found:
            since = []
        yield "drift" if found else "none"


def ewma(values, alpha=0.1, threshold=4, min_instances=30, mode="both"):
    since = []
    for x in values:
        since.append(x)
        n = len(since)
        weights = alpha * (1 - alpha) ** np.arange(n)[::-1]
        weights[0] /= alpha
        z = weights @ since
        sigma = math.sqrt(weights @ (np.array(since) - z) ** 2)
        error = sigma * math.sqrt(alpha / (2 - alpha) * (1 - (1 - alpha) ** (2 * n)))
        found = n >= min_instances and fires(mode, z - np.mean(since), np.mean(since) - z, threshold * error)
        if found:
            since = []
        yield "drift" if found else "none"


def rddm(values, warm_start=129, warning_threshold=1.773, drift_threshold=2.258, max_concept_size=40000, buffer_size=7000, warning_limit=1400):
    concept, warned, best = [], 0, None

    def rate(n):
        p = sum(concept[:n]) / n
        return p, math.sqrt(p * (1 - p) / n)

    def lowest(start, stop, best):
        for n in range(max(start, warm_start + 1), stop + 1):
            p, s = rate(n)
            if best is None or p + s < best[0] + best[1]:
                best = (p, s)
        return best

    for x in values:
        concept.append(x)
        n = len(concept)
        if n <= warm_start:
            yield "none"
            continue
        best = lowest(n, n, best)
        p, s = rate(n)
        drifted = p + s > best[0] + drift_threshold * best[1]
        warning = p + s > best[0] + warning_threshold * best[1]
        if drifted or (warning and warned >= warning_limit):
            keep = warned + 1 if drifted else 1
            concept, warned = concept[-min(keep, buffer_size) :], 0
            best = lowest(1, len(concept), None)
            yield "drift"
        elif warning:
            warned += 1
            yield "warning"
        else:
            warned = 0
            if n > max_concept_size:
                concept = concept[-buffer_size:]
                best = lowest(1, len(concept), None)
            yield "none"


def stepd(values, alpha_drift=0.003, alpha_warning=0.05, window_size=30):
    since = []
    for x in values:
        since.append(x)
        n, p = len(since), sum(since) / len(since)
        if n < 2 * window_size or p in (0, 1):
            yield "none"
            continue
        inverse = 1 / (n - window_size) + 1 / window_size
        apart = abs(np.mean(since[:-window_size]) - np.mean(since[-window_size:]))
        tail = norm.sf(max(0, (apart - inverse / 2) / math.sqrt(p * (1 - p) * inverse)))
        if tail < alpha_drift:
            since = []
        yield "drift" if tail < alpha_drift else "warning" if tail < alpha_warning else "none"


def bocd(values, hazard=0.01, prior_mean=0, prior_variance=1, data_variance=1, min_instances=30):
    since, joint = [], np.array([0.0])
    for x in values:
        # Run lengths 0, 1, ..., n: the mean of the newest values of each, with the prior.
        n = len(since)
        lengths = np.arange(n + 1)
        sums = np.concatenate(([0.0], np.cumsum(since[::-1])))
        precision = 1 / prior_variance + lengths / data_variance
        mean = (prior_mean / prior_variance + sums / data_variance) / precision
        told = joint + norm.logpdf(x, mean, np.sqrt(1 / precision + data_variance))
        joint = np.concatenate(([logsumexp(told) + math.log(hazard)], told + math.log(1 - hazard)))
        joint -= logsumexp(joint)
        since.append(x)
        found = len(since) >= min_instances and np.argmax(joint) != len(since)
        if found:
            since, joint = [], np.array([0.0])
        yield "drift" if found else "none"


vectors = [
    *(of_river(drift.ADWIN, "adwin", stream) for stream in ("s1", "s4", "doc", "normal", "far", "counts", "steps", "stable")),
    of_river(drift.ADWIN, "adwin", "counts", {"delta": 0.2, "clock": 1}),
    of_river(drift.ADWIN, "adwin", "normal", {"delta": 0.05, "clock": 7, "max_buckets": 2, "min_window_length": 20, "grace_period": 100}),
    *(of_river(drift.binary.DDM, "ddm", stream) for stream in ("s2", "fair", "steps", "slow", "stable", "ones")),
    of_river(drift.binary.DDM, "ddm", "steps", {"warm_start": 100, "warning_threshold": 1.5, "drift_threshold": 2.5}),
    *(of_river(drift.binary.EDDM, "eddm", stream) for stream in ("s2", "steps", "slow", "stable")),
    of_river(drift.binary.EDDM, "eddm", "s2", {"alpha": 0.9, "beta": 0.8}),
    of_river(drift.binary.EDDM, "eddm", "fair", {"alpha": 0.8, "beta": 0.75}),
    *(of_river(drift.binary.HDDMA, "hddm_a", stream) for stream in ("s2", "fair", "steps", "slow", "stable")),
    of_river(drift.binary.HDDMA, "hddm_a", "s3", {"two_sided_test": True}),
    *(of_river(drift.binary.HDDMW, "hddm_w", stream) for stream in ("s2", "fair", "steps", "slow", "stable")),
    of_river(drift.binary.HDDMW, "hddm_w", "s3", {"two_sided_test": True}),
    *(of_river(drift.PageHinkley, "page_hinkley", stream) for stream in ("s1", "doc", "normal", "far", "counts")),
    of_river(drift.PageHinkley, "page_hinkley", "s1", {"mode": "up"}),
    of_river(drift.PageHinkley, "page_hinkley", "s4", {"mode": "down"}),
    of_river(drift.PageHinkley, "page_hinkley", "normal", {"mode": "down", "threshold": 20.0, "delta": 0.05}),
    *kswin_alike(),
    *(of_river(drift.binary.FHDDM, "fhddm", stream, flip=True) for stream in ("s2", "steps", "slow")),
    of_river(drift.binary.FHDDM, "fhddm", "steps", {"sliding_window_size": 200, "short_window_size": 40, "confidence_level": 0.0001}, flip=True),
    naive("cusum", "cusum_doc", cusum, published=[201, 251]),
    naive("cusum", "normal", cusum),
    naive("cusum", "far", cusum, {"slack": 0.25, "threshold": 8, "mode": "up"}),
    naive("ewma", "ewma_doc", ewma, {"min_instances": 50}, published=[1010]),
    naive("ewma", "normal", ewma, {"threshold": 3, "mode": "down"}),
    naive("ewma", "far", ewma),
    naive("shewhart", "shewhart_doc", shewhart, {"k": 4}, published=[300]),
    naive("shewhart", "far", shewhart, {"k": 2.5, "min_instances": 100}),
    naive("rddm", "rddm_doc", rddm, published=[1021]),
    naive("rddm", "steps", rddm),
    naive("rddm", "slow", rddm, {"max_concept_size": 900, "buffer_size": 400, "warning_limit": 50}),
    *(naive("stepd", stream, stepd) for stream in ("s2", "steps")),
    naive("bocd", "frouros_stream", bocd, {"data_variance": 0.5, "min_instances": 1}, published=[100, 203]),
    naive("bocd", "frouros_stream", bocd),
    naive("bocd", "shewhart_doc", bocd, {"hazard": 0.05}),
    naive("bocd", "cusum_doc", bocd, {"prior_variance": 4, "hazard": 0.002}),
]
# FHDDM's documented stream counts 1 as right, so that its bits are turned for a detector of mistakes.
STREAMS["fhddm_doc"] = STREAMS["fhddm_doc"].translate(str.maketrans("01", "10"))
vectors.append(of_river(drift.binary.FHDDM, "fhddm", "fhddm_doc", flip=True))

kswin = drift.KSWIN(alpha=0.0001, seed=42)
chance = []
for i, x in enumerate(values_of("doc")):
    kswin.update(x)
    if kswin.drift_detected:
        chance.append(i)

document = {
    "source": f"{RIVER}, scipy {scipy.__version__}, numpy {np.__version__}",
    "streams": {name: STREAMS[name] for name in sorted({vector["stream"] for vector in vectors})},
    "vectors": vectors,
    # Depends on the random draw, which no two programs share.
    "kswin_by_chance": {"stream": "doc", "parameters": {"alpha": 0.0001}, "drifts": chance},
}
text = json.dumps(document, allow_nan=False, default=lambda value: value.item())
(HERE / "detectors.json").write_text(text + "\n")
for vector in vectors:
    print(vector["detector"], vector["stream"], vector["parameters"], vector["drifts"][:8], vector["warnings"][:4], vector.get("published", ""))
print("kswin by chance", chance, len(text))
