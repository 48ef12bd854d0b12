from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpResponse
from redis import RedisError

from console.store import redis


@login_not_required
def check(request):
    """200 when the database and Redis answer, else 503 with what does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        redis().ping()
    except (DatabaseError, RedisError) as error:
        return HttpResponse(f"{type(error).__name__}\n", status=503, content_type="text/plain")
    return HttpResponse("ok\n", content_type="text/plain")
