// The answer to a request that its access was refused to.
#pragma once

#include <chrono>
#include <string>

#include "common/http/message.h"
#include "gateway/core/protocol.h"
#include "gateway/http/access_guard.h"
#include "gateway/http/challenges.h"
#include "gateway/metrics.h"

namespace bw::gateway {

/// A Retry-After value (RFC 9110 §10.2.3): whole seconds, at least one.
std::string RetryAfter(std::chrono::milliseconds pause);

/// Counts it. `verdict.refusal` is set; `origin` is the request's, "" without.
http::Response AccessRefusal(const AccessGuard::Verdict& verdict, const Challenges& challenges,
                             const std::string& origin, Metrics& metrics);

}  // namespace bw::gateway
