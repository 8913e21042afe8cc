from flask import Blueprint

blueprint = Blueprint("distribution", __name__)
