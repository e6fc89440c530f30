#!/bin/bash
# Makes the root folder of an image out of this Debian system: collect-runtime.sh ROOT PROGRAM…
# It gets bash and sleep (health checks, Kubernetes' preStop), the shared libraries of those and of the programs
# (not the programs themselves), certificates, accounts, and for each package that a file came from its record
# (where scanners look for it) and its licence.
set -euo pipefail
readonly uid=10001 data_dir=/var/lib/bandwidth-mcp
root=$1
shift

# libraries_of FILE: the paths that the loader maps for it.
libraries_of() {
  local listing
  listing=$(ldd "$1")
  if grep 'not found' <<<"$listing" >&2; then
    echo "$1 needs a library that no package of kind 'run' in deploy/dependencies.txt brings" >&2
    return 1
  fi
  grep -oE '/[^ ]+' <<<"$listing"
}

# take FILE: into the root under its own name; a link becomes the file it points at.
take() {
  local folder
  folder=$(readlink -f "$(dirname "$1")")
  install -D -m "$(stat -L -c %a "$1")" "$1" "$root$folder/$(basename "$1")"
  record_package "$(readlink -f "$1")"
}

# record_package FILE: Debian merged /lib and /bin into /usr, and its packages record either name.
record_package() {
  local package name
  package=$(dpkg-query -S "$1" "${1#/usr}" 2>/dev/null | head -n 1 | cut -d: -f1) || true
  [ -n "$package" ] || return 0
  name=$root/var/lib/dpkg/status.d/$package
  [ ! -e "$name" ] || return 0
  dpkg-query -s "$package" >"$name"
  install -D -m 644 "/usr/share/doc/$package/copyright" "$root/usr/share/doc/$package/copyright"
}

mkdir -p "$root"/{etc/ssl/certs,proc,sys,dev,run,usr/{bin,lib,lib64,sbin},var/lib/dpkg/status.d}
for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
install -d -m 1777 "$root/tmp"
install -d -m 750 -o "$uid" -g "$uid" "$root$data_dir"

tools=(/usr/bin/bash /usr/bin/sleep)
listing=$(for file in "${tools[@]}" "$@"; do libraries_of "$file" || exit; done | sort -u)
mapfile -t libraries <<<"$listing"
for file in "${tools[@]}" "${libraries[@]}"; do take "$file"; done
ln -s bash "$root/usr/bin/sh"

take /etc/ssl/certs/ca-certificates.crt
take /usr/lib/os-release
ln -s ../usr/lib/os-release "$root/etc/os-release"
install -D -m 644 /usr/share/doc/ca-certificates/copyright "$root/usr/share/doc/ca-certificates/copyright"
dpkg-query -s ca-certificates >"$root/var/lib/dpkg/status.d/ca-certificates"
cp -a /usr/share/common-licenses "$root/usr/share/"
install -m 644 /etc/debian_version "$root/etc/"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
printf 'root:x:0:0:root:/:/usr/sbin/nologin\nbandwidth-mcp:x:%s:%s::%s:/usr/sbin/nologin\n' \
  "$uid" "$uid" "$data_dir" >"$root/etc/passwd"
printf 'root:x:0:\nbandwidth-mcp:x:%s:\n' "$uid" >"$root/etc/group"
ldconfig -r "$root"
