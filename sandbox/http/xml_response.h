// An answer of the dashboard API.
#pragma once

#include "common/http/message.h"
#include "common/xml/xml.h"

namespace bw::sandbox {

inline http::Response XmlResponse(int status, const xml::Element& root) {
  http::Response response;
  response.status = status;
  response.headers.Add("Content-Type", "application/xml");
  response.body = xml::Write(root, {.standalone = true});
  return response;
}

}  // namespace bw::sandbox
