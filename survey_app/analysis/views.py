from flask import Blueprint

blueprint = Blueprint("analysis", __name__)
