# The .zshrc of a zsh that is asked for the completions of $ASKED: what it would offer goes to the file $OFFERED, one a
# line. The completions to try are in $FOLDER.
autoload -Uz compinit
fpath=($FOLDER $fpath)
compinit -u -D

# Completion functions hand what they offer to this builtin; with -O, -A and -D they only calculate.
compadd() {
    if (( ! ${${@[1,(i)(-|--)]}[(I)-*[OAD]]} )); then
        local -a offered
        builtin compadd -O offered "$@"
        print -rl -- $offered >> $OFFERED
    fi
    builtin compadd "$@"
}

zle-line-init() {
    BUFFER=$ASKED
    CURSOR=$#BUFFER
    zle complete-word
    exit
}
zle -N zle-line-init
