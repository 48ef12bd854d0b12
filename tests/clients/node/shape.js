// What an answer must look like. A shape is a type (String, Number, Boolean), a pattern, a value, or an object of shapes
// (more keys may come). A list of one shape wants that of all elements, at least one; of several, one for each; of
// none, an empty list.

function problems(shape, value, at = 'answer') {
  if (Array.isArray(shape)) return listProblems(shape, value, at);
  if (isObject(shape)) return isObject(value) ? objectProblems(shape, value, at) : [told(at, 'an object', value)];
  return fits(shape, value) ? [] : [told(at, shape && shape.name ? shape.name : shape, value)];
}

function listProblems(shapes, value, at) {
  const count = shapes.length === 1 ? 'one or more' : shapes.length;
  if (!Array.isArray(value) || (count === 'one or more' ? !value.length : value.length !== count)) {
    return [told(at, `a list of ${count}`, value)];
  }
  return value.flatMap((element, number) => problems(shapes[shapes.length === 1 ? 0 : number], element, `${at}[${number}]`));
}

function objectProblems(shape, value, at) {
  return Object.keys(shape).flatMap((key) => problems(shape[key], value[key], `${at}.${key}`));
}

function fits(shape, value) {
  if (shape instanceof RegExp) return typeof value === 'string' && shape.test(value);
  return typeof shape === 'function' ? typeof value === shape.name.toLowerCase() : value === shape;
}

function isObject(value) {
  return value !== null && typeof value === 'object' && !(value instanceof RegExp);
}

function told(at, wanted, value) {
  return `${at} is ${JSON.stringify(value)}, wanted ${wanted}`;
}

module.exports = { problems };
