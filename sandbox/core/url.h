// URLs as the platform treats them: where webhooks may go, and what a relative one means.
#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace bw::sandbox {

/// Resolves `reference` against the absolute `base` (RFC 3986 §5.2).
std::string ResolveUrl(std::string_view base, std::string_view reference);

/// INVALID_ARGUMENT unless `url` is an absolute http or https URL whose port is 80, 443 or at least
/// 1024: Bandwidth delivers to no other.
Status CheckWebhookUrl(std::string_view url);

/// True for "http://…": credentials would travel in the clear.
bool IsPlainHttp(std::string_view url);

}  // namespace bw::sandbox
