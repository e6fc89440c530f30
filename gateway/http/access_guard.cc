#include "gateway/http/access_guard.h"

#include <algorithm>
#include <cctype>

namespace bw::gateway {
namespace {

constexpr std::string_view kLocalNames[] = {"localhost", "127.0.0.1", "::1"};

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

bool IsLocalName(std::string_view host) {
  return std::find(std::begin(kLocalNames), std::end(kLocalNames), host) != std::end(kLocalNames);
}

bool IsPort(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool IsHostCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
         c == ':';
}

bool Names(const std::vector<std::string>& list, std::string_view value) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& entry) { return Lower(entry) == value; });
}

// The bearer credential, or nullopt when the header is of another form (RFC 6750 §2.1).
std::optional<std::string_view> BearerToken(std::string_view authorization) {
  constexpr std::string_view kScheme = "bearer ";
  if (Lower(authorization.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  authorization.remove_prefix(kScheme.size());
  const std::size_t begin = authorization.find_first_not_of(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  return authorization.substr(begin);
}

}  // namespace

std::optional<std::string> HostOf(std::string_view authority) {
  std::string_view host = authority;
  std::string_view rest;
  if (host.starts_with('[')) {
    const std::size_t end = host.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    rest = host.substr(end + 1);
    host = host.substr(1, end - 1);
  } else if (const std::size_t colon = host.find(':'); colon != std::string_view::npos) {
    rest = host.substr(colon);
    host = host.substr(0, colon);
  }
  if (!rest.empty() && (rest[0] != ':' || !IsPort(rest.substr(1)))) return std::nullopt;
  if (host.empty() || !std::all_of(host.begin(), host.end(), IsHostCharacter)) return std::nullopt;
  return Lower(host);
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "::1" || host == "[::1]") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
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

std::optional<AccessGuard::Refusal> AccessGuard::CheckSource(const http::Headers& headers) const {
  if (!AllowsHost(headers)) return Refusal::kHost;
  if (!AllowsOrigin(headers)) return Refusal::kOrigin;
  return std::nullopt;
}

AccessGuard::Verdict AccessGuard::Check(const http::Headers& headers) const {
  Verdict verdict;
  verdict.refusal = CheckSource(headers);
  if (verdict.refusal) return verdict;
  if (authenticator_ == nullptr) {
    verdict.principal = options_.anonymous;
    return verdict;
  }
  verdict.refusal = Refusal::kToken;
  const auto values = headers.GetAll("Authorization");
  if (values.empty()) return verdict;
  verdict.invalid_token = true;
  const auto token = values.size() == 1 ? BearerToken(values[0]) : std::nullopt;
  if (!token) return verdict;
  if (auto principal = authenticator_->Authenticate(*token)) {
    return {std::nullopt, *std::move(principal), false};
  }
  return verdict;
}

}  // namespace bw::gateway
