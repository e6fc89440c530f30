#include "common/http_client/url.h"

#include <algorithm>
#include <memory>

#include <curl/curl.h>

#include "common/http_client/request_check.h"

namespace bw::http_client {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

StatusOr<std::string> PartOf(CURLU* url, CURLUPart part, unsigned flags) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) {
    return InvalidArgument("the URL has no host or is malformed");
  }
  std::string value(text);
  curl_free(text);
  return value;
}

void ToLower(std::string& text) {
  std::transform(text.begin(), text.end(), text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

// Line breaks and the like are never part of a URL, and curl would let some through.
bool HasControls(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

}  // namespace

StatusOr<ResolvedUrl> ResolveUrl(std::string_view base, std::string_view reference) {
  if (base.size() > kMaxUrlBytes || reference.size() > kMaxUrlBytes || HasControls(reference)) {
    return InvalidArgument("the URL is too long or has control characters");
  }
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (url == nullptr) return ResourceExhausted("no memory for a URL");
  constexpr unsigned kFlags = CURLU_DISALLOW_USER | CURLU_URLENCODE;
  for (const std::string_view step : {base, reference}) {
    if (curl_url_set(url.get(), CURLUPART_URL, std::string(step).c_str(), kFlags) != CURLUE_OK) {
      return InvalidArgument("the URL is malformed, or has a user in it");
    }
  }
  curl_url_set(url.get(), CURLUPART_FRAGMENT, nullptr, 0);
  ResolvedUrl resolved;
  BW_ASSIGN_OR_RETURN(resolved.url, PartOf(url.get(), CURLUPART_URL, 0));
  Origin& origin = resolved.origin;
  BW_ASSIGN_OR_RETURN(origin.scheme, PartOf(url.get(), CURLUPART_SCHEME, 0));
  BW_ASSIGN_OR_RETURN(origin.host, PartOf(url.get(), CURLUPART_HOST, 0));
  BW_ASSIGN_OR_RETURN(origin.port, PartOf(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
  ToLower(origin.scheme);
  ToLower(origin.host);
  if (origin.scheme != "http" && origin.scheme != "https") {
    return InvalidArgument("the URL is neither http nor https");
  }
  return resolved;
}

}  // namespace bw::http_client
