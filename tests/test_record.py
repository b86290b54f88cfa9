"""What a model says of the rows of a calibration table, and how far each may err."""

import jax.numpy as jnp
import numpy as np
import pytest

from case_tools import copy_case
from contraflow.case import load_case
from contraflow.inference import trade
from contraflow.inference.priors import sample

HEADER = "quantity,where,origin,year,value,error,source,note"
ROWS = (
    "seizures,jurisdiction:AAA,,2022,11.6,0.1,judgement,",
    "price,node:market-two,,2022,60000,0.3,judgement,",
    "retail,market:market-one,,2022,40000,0.3,judgement,",
    "retail,market:market-two,,2022,40000,0.3,judgement,",
)


@pytest.fixture(scope="module")
def problem(tmp_path_factory):
    folder = copy_case(tmp_path_factory.mktemp("record"))
    (folder / "calibration.csv").write_text("\n".join((HEADER, *ROWS)) + "\n", encoding="utf-8")
    return trade.problem(load_case(folder))


@pytest.fixture(scope="module")
def draw(problem):
    drawn = sample(problem.case.parameters, problem.model.members, range(3), 0)
    return {k: jnp.asarray(v) for k, v in drawn.items()} | {
        name: jnp.broadcast_to(value, drawn[name].shape) for name, value in problem.fixed.items()
    }


def test_what_is_sold_costs_its_purity_times_a_pure_kilogram(problem, draw):
    said, _ = problem.say(draw)
    row = problem.model.structure.names["market"].index("market-two")
    np.testing.assert_allclose(said[3], said[1] + np.log(draw["retail_purity"][row]), rtol=0, atol=1e-9)
    purer, _ = problem.say(draw | {"retail_purity": draw["retail_purity"].at[row].multiply(0.5)})
    np.testing.assert_allclose(purer - said, np.outer([0, 0, 0, -np.log(2)], np.ones(3)), rtol=0, atol=1e-9)


def test_prices_err_by_what_is_fitted_and_what_the_row_is_worth(problem, draw):
    _, error = problem.say(draw)
    np.testing.assert_allclose(error[1] ** 2, draw["price_error"] ** 2 + 0.3**2)
    np.testing.assert_allclose(error[2:], 0.3)


def test_seizures_err_by_offices_and_by_lumps(problem, draw):
    said, error = problem.say(draw)
    lumps = draw["consignment"] / jnp.exp(said[0])
    np.testing.assert_allclose(error[0] ** 2, draw["reporting_error"] ** 2 + lumps + 0.1**2)
