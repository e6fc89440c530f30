#include "gateway/core/request_state.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace bw::gateway {
namespace {

constexpr std::string_view kPurpose = "mcp-request-state";
// What differs between the rounds of one request.
constexpr std::string_view kRoundMembers[] = {"_meta", "inputResponses", "requestState"};

// Three lines and the state, which may hold anything.
struct Sealed {
  std::int64_t expires_ms = 0;
  std::string_view caller;
  std::string_view request;
  std::string_view state;
};

std::optional<Sealed> Split(std::string_view text) {
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  Sealed sealed{0, lines[1], lines[2], text};
  const char* const end = lines[0].data() + lines[0].size();
  const auto parsed = std::from_chars(lines[0].data(), end, sealed.expires_ms);
  if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
  return sealed;
}

}  // namespace

std::string RequestStates::CallerDigest(const Request& request) const {
  const std::string& tenant = request.audience.tenant;
  return sealer_.Digest(std::to_string(tenant.size()) + ":" + tenant + request.caller.principal);
}

std::string RequestStates::RequestDigest(const Request& request) const {
  json::Json params = request.message.params;
  if (params.is_object()) {
    for (const std::string_view member : kRoundMembers) params.erase(std::string(member));
  }
  // Members are sorted, so that equal params have equal texts.
  return sealer_.Digest(request.message.method + "\n" + json::Dump(params));
}

StatusOr<std::string> RequestStates::Seal(const Request& request, std::string_view state) const {
  if (state.size() > limits_.max_state_bytes) {
    return ResourceExhausted("what the request must remember has more than " +
                             std::to_string(limits_.max_state_bytes) + " bytes");
  }
  std::string text = std::to_string(clock_.NowMs() + limits_.max_age.count());
  text.append("\n").append(CallerDigest(request)).append("\n").append(RequestDigest(request));
  text.append("\n").append(state);
  return sealer_.Seal(kPurpose, text);
}

StatusOr<std::string> RequestStates::Open(const Request& request, std::string_view sealed) const {
  if (sealed.size() > limits_.max_sealed_bytes) {
    return InvalidArgument("requestState has more than " +
                           std::to_string(limits_.max_sealed_bytes) + " bytes");
  }
  const auto text = sealer_.Open(kPurpose, sealed);
  const auto parts = text ? Split(*text) : std::nullopt;
  if (!parts) return InvalidArgument("requestState was not issued by this server, or was changed");
  if (parts->caller != CallerDigest(request)) {
    return InvalidArgument("requestState was issued to another caller");
  }
  if (parts->request != RequestDigest(request)) {
    return InvalidArgument("requestState belongs to another request: repeat it unchanged");
  }
  if (parts->expires_ms < clock_.NowMs()) {
    return InvalidArgument("requestState has expired: begin the request anew");
  }
  return std::string(parts->state);
}

}  // namespace bw::gateway
