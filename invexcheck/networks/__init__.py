"""Maps from R^n to R^k as graphs with exact weights, and what is computed of them: slopes, enclosures, norms.

`graph` and `tensors` read a network and `text` prints it; `macros` reduces it to primitive nodes. Of these,
`propagation` encloses values and slopes over boxes, `curvature` second derivatives, `scalars` makes terms. On all of
R^n, `slope_forms` and `lipschitz` know the Jacobian through bounds of the slopes, which `functions` keeps.
"""
