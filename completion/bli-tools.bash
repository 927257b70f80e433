# SPDX-License-Identifier: LGPL-2.1-or-later
# bash completion for bli-resample(1), bli-windowfilter(1), bli-bench(1) and bli-bridge(1)

# _bli_words WORD...: those that begin like the current word.
_bli_words()
{
	COMPREPLY=($(compgen -W "$*" -- "$cur"))
}

# _bli_files [PATTERN]: file names, of the pattern first if any match.
_bli_files()
{
	local IFS=$'\n'
	compopt -o filenames 2>/dev/null
	COMPREPLY=()
	[ -z "${1-}" ] || COMPREPLY=($(compgen -f -X "!$1" -- "$cur") $(compgen -d -- "$cur"))
	[ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
}

# Sets cur and prev; "--option=value" comes in three words.
_bli_current()
{
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	if [ "$cur" = = ]; then
		cur=
		[ "$prev" != --dither ] || prev=--dither=
	elif [ "$prev" = = ] && [ "$COMP_CWORD" -gt 1 ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
		[ "$prev" != --dither ] || prev=--dither=
	fi
}

_bli_resample()
{
	local cur prev
	_bli_current
	case $prev in
	-to | --to | -toSrate | -r | --rate | --raw-rate)
		_bli_words 8k 11025 16k 22050 24k 32k 44.1k 48k 88.2k 96k 176.4k 192k ;;
	-by | --by | -byFactor | --gain | --raw-channels | --passband | --stopband | --attenuation | --quality | --jobs)
		COMPREPLY=() ;;
	--converter)
		_bli_words "$(bli-resample --list-converters 2>/dev/null | awk 'NR > 1 { print $1 }')" ;;
	--phase)
		_bli_words linear intermediate minimum ;;
	--precision)
		_bli_words float double ;;
	--channels)
		_bli_words 1 2 6 ;;
	--format)
		_bli_words "$(bli-resample --list-formats 2>/dev/null | awk '/^subtypes:/ { exit } NR > 1 { print $1 }')" ;;
	--subtype | --raw-subtype)
		_bli_words "$(bli-resample --list-formats 2>/dev/null | awk 'all { print $1 } /^subtypes:/ { all = 1 }')" ;;
	--bits)
		_bli_words 8 16 24 32 ;;
	--bitrate)
		_bli_words 32k 64k 96k 128k 192k 256k 320k ;;
	--compression)
		_bli_words 0 1 2 3 4 5 6 7 8 ;;
	--dither | --dither=)
		_bli_words none tpdf shaped ;;
	--raw-endian)
		_bli_words little big ;;
	--output-dir)
		compopt -o filenames 2>/dev/null
		local IFS=$'\n'
		COMPREPLY=($(compgen -d -- "$cur")) ;;
	-f | --filter | -filterFile)
		_bli_files '*.filter' ;;
	*)
		case $cur in
		-*)
			_bli_words -to --to -toSrate -r --rate -by --by -byFactor --converter -expensive --expensive --list-converters \
				--passband --stopband --attenuation --phase --precision -f --filter -filterFile \
				-n --nearest -noFilterInterp -l --linear -linearInterpolation --channels --mono --gain --normalize --no-clip \
				--dither --format --subtype --bits --list-formats --bitrate --quality --compression \
				--raw-rate --raw-channels --raw-subtype --raw-endian --strict --output-dir --gapless --jobs \
				-y --overwrite -trace --trace -terse --terse -q --quiet -h --help -V --version -version ;;
		*)
			_bli_files ;;
		esac ;;
	esac
}

_bli_windowfilter()
{
	local cur prev
	_bli_current
	case $prev in
	--rolloff | --beta | --nmult | --passband | --stopband | --attenuation | --rate)
		COMPREPLY=() ;;
	--plot)
		_bli_files '*.[sp][vn]g' ;;
	*)
		case $cur in
		-*)
			_bli_words --rolloff --beta --nmult --passband --stopband --attenuation --rate -o --output -y \
				--overwrite --precise --integers --measure --plot -h --help -V --version ;;
		*)
			_bli_files '*.filter' ;;
		esac ;;
	esac
}

_bli_bench()
{
	local cur prev
	_bli_current
	case $prev in
	--rates)
		_bli_words 44100 48000 96000 ;;
	--format)
		_bli_words S16_LE S24_LE S24_3LE S32_LE U8 ;;
	--plot)
		_bli_files '*.[sp][vn]g' ;;
	--periods | --channels | --converters | --seconds | --rounds)
		COMPREPLY=() ;;
	*)
		_bli_words --rates --periods --channels --format --converters --seconds --rounds --csv --json --plot \
			--doctor -v --verbose -h --help -V --version ;;
	esac
}

# _bli_pcms PROGRAM: the PCMs that it lists; their names have colons, at which the shell breaks words.
_bli_pcms()
{
	_bli_words "$("$1" -L 2>/dev/null | grep -v '^ ')"
	[ "$(type -t __ltrim_colon_completions)" != function ] || __ltrim_colon_completions "$cur"
}

_bli_bridge()
{
	local cur prev
	_bli_current
	[ "$(type -t _get_comp_words_by_ref)" != function ] || _get_comp_words_by_ref -n : cur prev
	case $prev in
	--from)
		_bli_pcms arecord ;;
	--to)
		_bli_pcms aplay ;;
	--from-rate | --to-rate)
		_bli_words 44100 48000 88200 96000 176400 192000 ;;
	--from-format | --to-format)
		_bli_words S16_LE S24_LE S24_3LE S32_LE FLOAT_LE U8 ;;
	--latency)
		_bli_words auto ;;
	--converter)
		_bli_words bli_fast bli_medium bli bli_high bli_best ;;
	--dither)
		_bli_words none tpdf shaped ;;
	--sync)
		_bli_words auto resample none timer pitch ;;
	--at-end)
		_bli_words drain drop ;;
	--status)
		_bli_words line json none ;;
	--record-status | --config)
		_bli_files ;;
	--plot)
		_bli_files '*.[sp][vn]g' ;;
	--channels | --map | --control | --interval | --duration | --priority)
		COMPREPLY=() ;;
	*)
		_bli_words --from --to --from-rate --to-rate --from-format --to-format --channels --map --latency --converter \
			--dither --sync --control --at-end --status --interval --record-status --plot -y --overwrite --duration \
			--priority --check --config -v --verbose -h --help -V --version ;;
	esac
}

complete -F _bli_resample bli-resample
complete -F _bli_windowfilter bli-windowfilter
complete -F _bli_bench bli-bench
complete -F _bli_bridge bli-bridge
