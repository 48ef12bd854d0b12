from django import template
from django.utils.translation import get_language

register = template.Library()


@register.tag
def constant(parser, token):
    """Render constant parts once in each language: words and addresses of static files. They have no variables."""
    nodes = parser.parse(["endconstant"])
    parser.delete_first_token()
    return ConstantNode(nodes)


class ConstantNode(template.Node):
    def __init__(self, nodelist):
        self.nodelist, self._html = nodelist, {}

    def render(self, context):
        language = get_language()
        if language not in self._html:
            self._html[language] = self.nodelist.render(context.new({}))
        return self._html[language]
