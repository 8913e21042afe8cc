from flask import Blueprint

blueprint = Blueprint("design", __name__)
