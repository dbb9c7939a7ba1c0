"""The Chalice application: creates it and mounts its entry points."""

from chalice.app import Chalice

from chalicelib.entrypoints.http import routes
from chalicelib.entrypoints.schedules import schedules
from chalicelib.entrypoints.workers import workers

app = Chalice(app_name="scripta", configure_logs=False)
app.register_blueprint(routes)
app.register_blueprint(workers)
app.register_blueprint(schedules)
