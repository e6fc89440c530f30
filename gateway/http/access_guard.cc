#include "gateway/http/access_guard.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "gateway/core/web_address.h"

namespace bw::gateway {
namespace {

using Refusal = AccessGuard::Refusal;

constexpr std::string_view kLocalNames[] = {"localhost", "127.0.0.1", "::1"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsLocalName(std::string_view host) {
  return std::find(std::begin(kLocalNames), std::end(kLocalNames), host) != std::end(kLocalNames);
}

bool Names(const std::vector<std::string>& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& entry) { return Lower(entry) == value; });
}

// The characters of a bearer credential: b64token of RFC 6750 §2.1.
bool IsTokenCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) ||
         std::string_view("-._~+/=").find(c) != std::string_view::npos;
}

// The bearer credential, or nullopt when the header is of another form.
std::optional<std::string_view> BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (!http::EqualsIgnoringCase(authorization.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  authorization.remove_prefix(kScheme.size());
  const std::size_t begin = authorization.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view token = authorization.substr(begin);
  const bool well_formed =
      token.size() <= kMaxTokenBytes && std::all_of(token.begin(), token.end(), IsTokenCharacter);
  return well_formed ? std::optional(token) : std::nullopt;
}

}  // namespace

std::string PeerNetwork(std::string_view peer) {
  const std::string_view address = peer.substr(0, peer.rfind(':'));
  if (!address.starts_with('[') || !address.ends_with(']')) return std::string(address);
  const std::string text(address.substr(1, address.size() - 2));
  in6_addr bytes{};
  if (::inet_pton(AF_INET6, text.c_str(), &bytes) != 1) return text;
  // An IPv4 client of a socket for both.
  if (IN6_IS_ADDR_V4MAPPED(&bytes)) return text.substr(text.rfind(':') + 1);
  std::fill(std::begin(bytes.s6_addr) + 8, std::end(bytes.s6_addr), 0);
  std::array<char, INET6_ADDRSTRLEN> network{};
  ::inet_ntop(AF_INET6, &bytes, network.data(), network.size());
  return std::string(network.data()) + "/64";
}

bool AccessGuard::AllowsHost(const http::Headers& headers) const {
  if (!options_.loopback && options_.allowed_hosts.empty()) return true;
  const auto values = headers.GetAll("Host");
  if (values.size() != 1) return false;
  const auto host = HostOf(values[0]);
  if (!host) return false;
  return (options_.loopback && IsLocalName(*host)) || Names(options_.allowed_hosts, *host);
}

bool AccessGuard::AllowsOrigin(const http::Headers& headers) const {
  const auto values = headers.GetAll("Origin");
  if (values.empty()) return true;
  if (values.size() != 1) return false;
  const std::string origin = Lower(values[0]);
  if (Names(options_.allowed_origins, origin)) return true;
  const std::size_t scheme_end = origin.find("://");
  if (scheme_end == std::string::npos) return false;
  const auto host = HostOf(std::string_view(origin).substr(scheme_end + 3));
  if (!host) return false;
  return (options_.loopback && IsLocalName(*host)) || Names(options_.allowed_origins, *host);
}

std::optional<Refusal> AccessGuard::CheckSource(const http::Headers& headers) const {
  if (!AllowsHost(headers)) return Refusal::kHost;
  if (!AllowsOrigin(headers)) return Refusal::kOrigin;
  return std::nullopt;
}

AccessGuard::Verdict AccessGuard::Judge(AuthResult result, std::string_view peer) const {
  Verdict verdict{.principal = std::move(result.principal), .reason = result.reason};
  switch (RowOf(result.reason).meaning) {
    case AuthClass::kAccepted:
      break;
    case AuthClass::kInvalid:
      verdict.refusal = Refusal::kInvalidToken;
      verdict.starts_throttling = failures_.AddFailure(PeerNetwork(peer));
      break;
    case AuthClass::kForbidden:
      verdict.refusal = Refusal::kForbidden;
      break;
    case AuthClass::kUndecided:
      verdict.refusal = Refusal::kUndecided;
      break;
  }
  return verdict;
}

void AccessGuard::Check(const http::Request& request, Done done) const {
  if (const auto refusal = CheckSource(request.headers)) return done({.refusal = refusal});
  // Query strings end up in logs and histories (RFC 6750 §5.3; 2026-07-28 basic/authorization).
  if (request.Query("access_token")) return done({.refusal = Refusal::kQueryToken});
  if (authenticator_ == nullptr) return done({.principal = options_.anonymous});
  const auto values = request.headers.GetAll("Authorization");
  if (values.empty()) return done({.refusal = Refusal::kNoToken});
  if (values.size() > 1) return done({.refusal = Refusal::kMalformed});
  const auto token = BearerToken(values[0]);
  if (!token) return done(Judge({AuthReason::kMalformed}, request.peer));
  if (auto known = authenticator_->Recognize(*token)) {
    return done(Judge(*std::move(known), request.peer));
  }
  if (const auto pause = failures_.Pause(PeerNetwork(request.peer))) {
    return done({.refusal = Refusal::kThrottled, .retry_after = *pause});
  }
  authenticator_->Verify(*token, [this, &request, done = std::move(done)](AuthResult result) {
    done(Judge(std::move(result), request.peer));
  });
}

}  // namespace bw::gateway
