#!/bin/sh
# Starts the program of this file's name from the portable archive: "inkgate", or "inkgate-cli" by its link.
here=$(dirname "$(readlink -f "$0")")

# Libraries that should be the system's, for its drivers and its display. Only those that it lacks are taken from here.
known=$( (ldconfig -p || /sbin/ldconfig -p) 2>/dev/null)
missing=
for folder in "$here"/lib/fallback/*; do
    case $known in
        *"	$(basename "$folder") ("*) ;;
        *) missing=$missing${missing:+:}$folder ;;
    esac
done
if [ -n "$missing" ]; then
    export LD_LIBRARY_PATH="$missing${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
fi

[ -e /etc/fonts/fonts.conf ] || export FONTCONFIG_FILE="$here/etc/fonts/fonts.conf"
[ -e /usr/share/X11/xkb/rules/evdev ] || export XKB_CONFIG_ROOT="${XKB_CONFIG_ROOT:-$here/share/X11/xkb}"
[ -e /usr/share/X11/locale/compose.dir ] || export XLOCALEDIR="${XLOCALEDIR:-$here/share/X11/locale}"
if [ -z "$DISPLAY" ] && [ -n "$WAYLAND_DISPLAY" ]; then
    export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-wayland}"
fi
exec "$here/bin/$(basename "$0")" "$@"
