from django import template

register = template.Library()


@register.filter
def initials(name):
    """Two letters for the circle of somebody without a picture."""
    return "".join(word[0] for word in str(name).split()[:2]).upper()


@register.filter
def hue(number):
    """One of eight colours for that circle, always the same for the same row."""
    return (number or 0) % 8
