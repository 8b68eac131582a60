# jail: a directory with the machine's programs in it, and escape.
mkdir -p jail/proc jail/old
for path in /bin /sbin /lib* /usr /nix; do
	if [ -L "$path" ]; then
		cp -P "$path" jail
	elif [ -d "$path" ]; then
		mkdir -p "jail$path"
		mount --rbind "$path" "jail$path"
	fi
done
cp escape jail
