// Told of what keeps costly calls from being made twice or unasked, for metrics.
#pragma once

namespace bw::tool_service {

enum class CertaintyEvent {
  /// A result was given again for its idempotency_key.
  kRepeated,
  /// An answer was lost, and what was sent was found …
  kFound,
  /// … or not.
  kUnknown,
  /// A person was asked before a costly or destructive call …
  kAsked,
  /// … and agreed …
  kConfirmed,
  /// … or did not …
  kDeclined,
  /// … or could not be asked.
  kNotAskable,
};

/// Thread-safe.
class CertaintyObserver {
 public:
  virtual ~CertaintyObserver() = default;
  virtual void OnCertainty(CertaintyEvent event) = 0;
};

}  // namespace bw::tool_service
