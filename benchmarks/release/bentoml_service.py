"""The same model behind BentoML, as its documentation serves one; run by serving.py in BentoML's own environment, below .bench/bentoml."""

import os

import bentoml
import pandas as pd
import skops.io

FILE = os.environ["BENCH_MODEL"]


@bentoml.service(workers=1)
class Demo:
    def __init__(self) -> None:
        self.model = skops.io.load(FILE, trusted=skops.io.get_untrusted_types(file=FILE))

    @bentoml.api(route="/projects/demo/predict")
    def predict(self, records: list[dict[str, float]]) -> dict:
        frame = pd.DataFrame(records)
        return {"predictions": self.model.predict(frame).tolist(), "probabilities": self.model.predict_proba(frame).tolist()}
