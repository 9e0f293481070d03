"""A web application for frameworks_test, as people write them; under gunicorn and uWSGI."""
import logio.auto  # noqa: F401, I001 - before what logs
import logging
import os

import flask

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
app = flask.Flask(__name__)
app.logger.info("loaded in %d", os.getpid())


@app.route("/buy/<int:number>")
def buy(number):
    app.logger.info("bought %d", number, extra={"number": number, "worker": os.getpid()})
    return f"{os.getpid()}\n"
