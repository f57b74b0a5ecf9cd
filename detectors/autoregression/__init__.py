"""The one-step forecast error of a robust, seasonal autoregression, in units of its usual size lately.

A trimmed ridge on the last six values, on those around this time yesterday and on the one a week ago;
its median absolute error is the scale, widened up to fourfold while the series is more restless than
usual. Until there is that much past, simpler expectations with wider scales stand in.
"""

from detectors.autoregression.detector import Autoregression

__all__ = ["Autoregression"]
